import { z } from 'zod'
import { anyVariables } from './scalars.ts'

const dependency = z.looseObject({
  vm_name: z.string().describe('The VM that must have the role first.'),
  role: z.string().describe('The role it must have.'),
})

const roleWithDependencies = z.looseObject({
  name: z.string().describe('Name of an installed Ansible role.'),
  depends_on: z.array(dependency).describe('Roles on other VMs that must be done before this one.').optional(),
})

/** Ansible roles of a VM or router: a name, or a name with what it waits for. Further keys are Ludus' business. */
export const roles = z
  .array(z.union([z.string(), roleWithDependencies], { error: 'must be a role name, or a map with `name`' }))
  .describe('Ansible roles to apply, in order.')

/** Variables for roles; any YAML. */
export const roleVars = anyVariables.describe('Variables passed to the roles.')
