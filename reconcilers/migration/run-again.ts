/** A message about the cluster for whoever has given a command, which ends: nothing goes on by itself then. */
export const runAgain = (message: string): string => message.replaceAll('this goes on by itself', 'run this again')
