// oauth4webapi against a service that runs: node oauth.mjs ADDRESS USERNAME PASSWORD
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";

const [address, username, password] = process.argv.slice(2);
const server = { issuer: address, token_endpoint: `${address}/api/token` };
const client = { client_id: "app" };
const plain = { [oauth.allowInsecureRequests]: true };

async function grant(type, fields) {
  const form = new URLSearchParams(fields);
  const sent = [server, client, oauth.None(), type, form, plain];
  const answer = await oauth.genericTokenEndpointRequest(...sent);
  return oauth.processGenericTokenEndpointResponse(server, client, answer);
}

const first = await grant("password", { username, password });
const second = await grant("refresh_token", { refresh_token: first.refresh_token });
assert.notEqual(first.refresh_token, second.refresh_token);

const refused = (error) => error instanceof oauth.ResponseBodyError && error.error === "invalid_grant";
await assert.rejects(grant("password", { username, password: `not ${password}` }), refused);
await assert.rejects(grant("refresh_token", { refresh_token: "unknown" }), refused);
