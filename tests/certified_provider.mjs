// A certified OpenID Connect provider (panva/node-oidc-provider) for the tests: one client, and people without passwords.
// Given: where the package lies, the client's address of return, and the people as JSON. Prints its port when it is ready.

import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [, , folder, callback, people] = process.argv;
const { default: Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));
const known = new Map(JSON.parse(people).map((person) => [person.sub, person]));

const server = createServer((request, response) => answered(request, response));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: 'exshare', client_secret: 'the-secret-of-the-client', redirect_uris: [callback] }],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, sub) => known.has(sub) && { accountId: sub, claims: () => known.get(sub) },
  async loadExistingGrant(context) {
    const grant = new provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});
const protocol = provider.callback();

async function answered(request, response) {
  const url = new URL(request.url, issuer);
  if (!url.pathname.startsWith('/interaction/')) {
    protocol(request, response);
    return;
  }
  const sub = url.searchParams.get('sub');
  const result = sub === null
    ? { error: 'access_denied', error_description: 'nobody signed in' }
    : { login: { accountId: sub } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

console.log(server.address().port);
