/** The files of a Ludus host on bridges, by Ludus' own templates. */
export const NAT_BLOCK = `iface vmbr1000 inet static
    address 192.0.2.254/24
    bridge-ports none
    bridge-stp off
    bridge-fd 0
    bridge-vlan-aware yes
    bridge-vids 2-4094
    post-up   echo 1 > /proc/sys/net/ipv4/ip_forward
    post-up   iptables -t nat -A POSTROUTING -s '192.0.2.254/24' -o eno1 -j MASQUERADE
    post-down iptables -t nat -D POSTROUTING -s '192.0.2.254/24' -o eno1 -j MASQUERADE
`

export const NEW_BLOCK = `iface ludusnat
    address 192.0.2.254/24
    post-up echo 1 > /proc/sys/net/ipv4/ip_forward
    post-up iptables -t nat -A POSTROUTING -s '192.0.2.254/24' -o eno1 -j MASQUERADE
    post-down iptables -t nat -D POSTROUTING -s '192.0.2.254/24' -o eno1 -j MASQUERADE
`

const HEAD = `# Ansible managed
auto lo
iface lo inet loopback

auto eno1
iface eno1 inet static
    address 203.0.113.7/24
    gateway 203.0.113.1

`
const TAIL = `# LUDUS MANAGED INTERFACE FOR USER 3 BEGIN
auto vmbr1003
iface vmbr1003 inet manual
    bridge-ports none
    post-up ip route add 10.3.0.0/16 via 192.0.2.103
    post-down ip route del 10.3.0.0/16 via 192.0.2.103
# LUDUS MANAGED INTERFACE FOR USER 3 END

source /etc/network/interfaces.d/*
`

/** With a block for the NAT bridge in the middle. */
export const interfacesWith = (nat: string): string => `${HEAD}# NAT\n${nat}${TAIL}`

export const INTERFACES = interfacesWith(`auto vmbr1000\n${NAT_BLOCK}`)

export const DNSMASQ = `server=192.0.2.254
interface=vmbr1000
dhcp-range=192.0.2.50,192.0.2.100,255.255.255.0,5m
dhcp-option=vmbr1000,3,192.0.2.254
dhcp-option=vmbr1000,6,192.0.2.254
`

export const TARGET = { bridge: 'vmbr1000', outgoing: 'eno1' } as const
