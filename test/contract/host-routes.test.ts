import { FakeHostRoutes } from '../builders/fake-host-routes.ts'
import { describeHostRoutes } from './host-routes.contract.ts'

describe('HostRoutes in memory', () => {
  describeHostRoutes((routes) => new FakeHostRoutes(routes))
})
