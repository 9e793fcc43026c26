/** What sending is given in a process that runs on the configuration. */
import { configuredChannels } from '../../channels/configured.ts';
import { configuredPayments } from '../../channels/payments/registry.ts';
import type { Config } from '../../config.ts';
import type { RegisterContext } from '../person-lock.ts';
import { policiesInForce } from '../policies.ts';
import type { SendingDeps } from './deps.ts';

/** The channels, rules and switches of this installation; ERR_CONFIG when the chosen e-mail provider is not set up. */
export function installedSending(config: Config, ctx: RegisterContext): SendingDeps {
  return {
    ctx,
    channels: configuredChannels(config),
    payments: configuredPayments(config),
    policies: policiesInForce(),
    config: { send: config.send, sendAllowlist: config.sendAllowlist, publicBaseUrl: config.publicBaseUrl },
  };
}
