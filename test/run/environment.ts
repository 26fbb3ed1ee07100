import { join } from 'node:path';

/** What tests may know of the machine: how to find programs, and how npm reaches its registry. */
const KEPT = [
  'PATH',
  'CI',
  'DEBIAN_FRONTEND',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'npm_config_registry',
  'npm_config_globalconfig',
];

/**
 * The environment of every stage: a home and a temporary folder of its own, a fixed locale and
 * time zone, and nothing that could change what git or piton do. npm's cache and settings stay
 * the user's, because the registry may be reachable only through them.
 */
export function stageEnvironment(outer: NodeJS.ProcessEnv, scratch: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of KEPT) {
    if (outer[name] !== undefined) env[name] = outer[name];
  }
  const home = outer['HOME'] ?? '/';
  env['npm_config_userconfig'] = outer['npm_config_userconfig'] ?? join(home, '.npmrc');
  env['npm_config_cache'] = outer['npm_config_cache'] ?? join(home, '.npm');
  env['npm_config_update_notifier'] = 'false';
  env['HOME'] = join(scratch, 'home');
  env['TMPDIR'] = join(scratch, 'tmp');
  env['LC_ALL'] = 'C';
  env['TZ'] = 'UTC';
  env['GIT_CONFIG_NOSYSTEM'] = '1';
  return env;
}
