/** How ranges get their networks: VNets of an SDN zone, or Linux bridges on a single node. */
export type NetworkMode = 'vnets' | 'bridges'
