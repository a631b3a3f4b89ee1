// Package oidc sends people to the court's identity provider and understands
// what it says of them (OpenID Connect Core 1.0, authorization code flow). It
// knows no accounts and no roles: it turns an answer into an [Identity].
//
// What holds always:
//   - An answer counts for the one request that it answers: state, nonce and
//     PKCE (RFC 7636, S256) bind it, and iss (RFC 9207) where the provider says it.
//   - A token counts if a key of the provider has signed it by an asymmetric
//     method, for this client, just now. "none" and HMAC are never taken.
//   - The provider is asked over TLS, or on this machine; redirects are not
//     followed, and no answer is read beyond a mebibyte or ten seconds.
//   - A provider that is away keeps nobody from logging in by password: it is
//     looked for when somebody wants to go there.
//
// Example:
//
//	address, request, err := provider.Begin(ctx, "https://hub/api/v1/oidc/callback")
//	… the browser goes there and comes back with r.URL.Query() …
//	identity, err := provider.Finish(ctx, request, r.URL.Query())
package oidc
