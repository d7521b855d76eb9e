import { z } from 'zod'

/**
 * The kinds of single values in Ludus' range file. Bounds and patterns are those of Ludus' published schema; an
 * `error` text says what is allowed, because the judge's own wording would not help an author.
 */

/** A whole number without bounds, however large: JSON Schema's `integer`, where 4.0 is one too. */
export const wholeNumber = z.number().refine(Number.isInteger, 'must be a whole number').meta({ type: 'integer' })

/** A VLAN of a range: the third octet of an address. VLAN 1 is the router's own. */
export const vlan = z.int().min(2).max(255)

/** The fourth octet of a VM's address; .254 is the router's. */
export const vmOctet = z.int().min(1).max(253)

/** Memory in GiB; fractions are allowed. */
export const memoryGb = z.number().min(1).max(4096)

/** Memory in GiB that ballooning leaves at least. */
export const balloonGb = z.number().min(0.5).max(4096)

/** Virtual CPU cores; may exceed what the node has. */
export const cpuCount = z.int().min(1).max(512)

/** What happens to a packet. */
export const verdict = z.enum(['ACCEPT', 'REJECT', 'DROP'])

/** An IPv4 network as `192.168.1.0/24`. Only the form is checked, as Ludus does. */
export const ipv4Network = z
  .string()
  .regex(/^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\/[0-9]{1,2}$/, 'must be a network such as 192.168.1.0/24')

/** Anything YAML can say: Ansible's business. */
export const anyVariables = z.unknown()
