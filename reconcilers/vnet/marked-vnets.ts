import type { VnetSeen } from '../../model/snapshot.ts'

/** The names of the VNets that carry this owner mark, also those whose deletion is pending. */
export const markedVnets = ({ vnets }: { readonly vnets: readonly VnetSeen[] }, alias: string): readonly string[] =>
  vnets.filter(({ configured, running }) => (configured ?? running)?.alias === alias).map(({ name }) => name)
