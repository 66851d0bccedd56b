/** Words of Settings › Import. */
export const configImport = {
  label: 'Import a configuration',
  lead: 'Drop a file here or choose one: a configuration of Keyward, LiteLLM’s config.yaml, a .env file, channels of one-api or new-api, or CC Switch’s profiles. You see what would change before anything does.',
  dropHint: 'A configuration: Keyward, LiteLLM, .env, one-api, new-api or CC Switch',
  tooLarge: (size: string, most: string) => `The file is ${size}; a configuration has at most ${most}.`,
  passphrase: 'Passphrase of the file',
  open: 'Open its secrets',
  apply: 'Import this',
  nothing: 'There is nothing to change',
  items: 'What the file holds',
  found: (what: string) => `${what}. Nothing is changed yet.`,
  done: (what: string) => `${what}: imported.`,
  formats: {
    keyward: 'A configuration of Keyward',
    litellm: 'A configuration of LiteLLM',
    env: 'A file of environment variables',
    'one-api': 'Channels of one-api or new-api',
    'cc-switch': 'Profiles of CC Switch',
  },
  actions: { add: 'Is added', change: 'Changes', keep: 'Is here already', skip: 'Cannot be taken' },
  what: {
    setting: 'Setting',
    provider: 'Provider',
    'provider-key': 'Key',
    app: 'App',
    'gateway-key': 'Gateway key',
    route: 'Route',
  },
  missing: 'Missing',
  notSet: (name: string) =>
    `The file takes a key from the environment variable ${name}, which cannot be read from here: add that key under Keys, or import the file with the keyward command where it is set.`,
  notes: (n: number) => (n === 1 ? 'One thing is not taken over' : `${n} things are not taken over`),
};
