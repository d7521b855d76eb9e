import { z } from 'zod'
import { anyVariables } from './scalars.ts'

const dependency = z.looseObject({
  vm_name: z.string().meta({ description: 'The VM that must have the role first.', examples: ['{{ range_id }}-dc01'] }),
  role: z.string().meta({ description: 'The role it must have.', examples: ['badsectorlabs.ludus_adcs'] }),
})

const roleWithDependencies = z.looseObject({
  name: z.string().meta({ description: 'Name of an installed Ansible role.', examples: ['badsectorlabs.ludus_adcs'] }),
  depends_on: z.array(dependency).describe('Roles on other VMs that must be done before this one.').optional(),
})

/** Ansible roles of a VM or router: a name, or a name with what it waits for. Further keys are Ludus' business. */
export const roles = z
  .array(z.union([z.string(), roleWithDependencies], { error: 'must be a role name, or a map with `name`' }))
  .meta({ description: 'Ansible roles to apply, in order.', examples: [['badsectorlabs.ludus_adcs']] })

/** Variables for roles; any YAML. */
export const roleVars = anyVariables.meta({
  description: 'Variables passed to the roles.',
  examples: [{ ludus_adcs_esc1: true }],
})
