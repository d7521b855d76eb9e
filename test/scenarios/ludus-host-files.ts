/** What udhcpc calls with what it was given. */
export const LEASE = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add $ip/$subnet dev $interface
echo "lease $ip router $router dns $dns"
`

/** As Proxmox writes it for a VNet, without the tunnel to other nodes. */
export const SDN = `#version:1

auto ludusnat
iface ludusnat
\tbridge_ports none
\tbridge_stp off
\tbridge_fd 0
`

/** By Ludus' template. */
export const DNSMASQ = `# NAT network
server=192.0.2.254
interface=vmbr1000
dhcp-range=192.0.2.50,192.0.2.100,255.255.255.0,5m
dhcp-option=vmbr1000,3,192.0.2.254
dhcp-option=vmbr1000,6,192.0.2.254`

/** By Ludus' template, and what its server adds for a range. */
export function interfacesText(isVlanAware: boolean): string {
  const vlans = isVlanAware ? '\n    bridge-vlan-aware yes\n    bridge-vids 2-4094' : ''
  return `# Ansible managed
auto lo
iface lo inet loopback

auto up0
iface up0 inet static
    address 198.18.0.2
    gateway 198.18.0.1
    netmask 255.255.255.0

# This is the default Ludus NAT'd network, b\u00e4ndigen
auto vmbr1000
iface vmbr1000 inet static
    address 192.0.2.254/24
    bridge-ports none
    bridge-stp off
    bridge-fd 0${vlans}
    post-up   echo 1 > /proc/sys/net/ipv4/ip_forward
    post-up   iptables -t nat -A POSTROUTING -s '192.0.2.254/24' -o up0 -j MASQUERADE
    post-down iptables -t nat -D POSTROUTING -s '192.0.2.254/24' -o up0 -j MASQUERADE
# LUDUS MANAGED INTERFACE FOR USER 1 BEGIN
auto vmbr1001
iface vmbr1001 inet manual
    bridge-ports none
    bridge-stp off
    bridge-fd 0
    post-up ip route add 10.1.0.0/16 via 192.0.2.101
    post-down ip route del 10.1.0.0/16 via 192.0.2.101
# LUDUS MANAGED INTERFACE FOR USER 1 END

source /etc/network/interfaces.d/*
`
}

/** With secrets wherever one can be. */
export const configText = (folder: string, fingerprint: string): string => `---
proxmox_node: pve1 # the first
proxmox_url: https://198.18.0.1:8006
database_encryption_key: planted-database-key
ludus_nat_interface: vmbr1000
# an old password: planted-in-a-comment
license_key: planted-license
cluster_mode: false # planted-behind-a-value
lanista:
  state_dir: ${folder}/state
  proxmox:
    token_file: ${folder}/token
    fingerprint: ${fingerprint}
  notify:
    urls: [https://planted-url.example/planted-hook]
`

/**
 * As much of systemd's as is asked for. Ludus is a name in a file; dnsmasq is the real one, started as Debian's service does.
 * While the file `hold-<service>` is there, a restart of that service does not end.
 */
export const SYSTEMCTL = `#!/bin/sh
verb=$1; shift
case $verb in
  restart)
    for unit in "$@"; do
      while [ -e "$HOST_FOLDER/hold-$unit" ] || [ -e "/run/hold-$unit" ]; do sleep 0.1; done
      case $unit in
        dnsmasq)
          if [ -e /run/dnsmasq.pid ]; then
            pid=$(cat /run/dnsmasq.pid); kill $pid 2>/dev/null
            while kill -0 $pid 2>/dev/null; do sleep 0.05; done
          fi
          dnsmasq --conf-file=/etc/dnsmasq.conf --conf-dir=/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new \\
            --pid-file=/run/dnsmasq.pid --user=root > /dev/null 2>&1 || exit 1 ;;
        *) echo $unit >> /run/restarts; echo active > /run/unit-$unit ;;
      esac
    done ;;
  show)
    for word in "$@"; do
      case $word in
        dnsmasq.service)
          state=inactive; [ -e /run/dnsmasq.pid ] && kill -0 $(cat /run/dnsmasq.pid) 2>/dev/null && state=active
          printf 'Id=dnsmasq.service\\nLoadState=loaded\\nActiveState=%s\\n\\n' $state ;;
        *.service)
          state=inactive; [ -e /run/unit-\${word%.service} ] && state=active
          printf 'Id=%s\\nLoadState=loaded\\nActiveState=%s\\n\\n' $word $state ;;
      esac
    done ;;
esac
exit 0
`
