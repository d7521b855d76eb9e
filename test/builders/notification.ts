import type { Notification } from '../../model/notify/notification.ts'

/** A range that became Ready. */
export const notification = (traits: Partial<Notification> = {}): Notification => ({
  range: 'JD',
  ready: true,
  reason: 'Ready',
  title: 'range JD is Ready',
  message: 'range JD (number 3, 10.3.0.0/16) is Ready: 5 of 5 VMs are running',
  number: 3,
  vms: { running: 5, total: 5 },
  ...traits,
})
