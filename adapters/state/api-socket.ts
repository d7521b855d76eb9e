/** Where commands on the same machine speak with a running Lanista, in its state directory. */
export const API_SOCKET = 'api.sock'
