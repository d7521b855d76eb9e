/** Keys whose values are secrets, or may hold some: said to be there, never shown. */
export const SECRET_KEY = /password|secret|token|wireguard_config|urls/i
