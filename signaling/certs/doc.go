// Package certs keeps the hub's TLS certificate: it makes one, or reads one,
// renews it while the hub runs, and says what is wrong with it.
//
// There are two modes. In [SelfSigned] the hub is its own certificate authority
// (CA): people install the CA's certificate once, for ten years, and the hub's
// own certificate follows the machine's names and addresses by itself. In
// [Files] an administrator brings a certificate and its key, and replaces them
// whenever they like.
//
// What holds always:
//   - There is a usable pair from Open on; what cannot be used never replaces it.
//   - A CA is never replaced. Where its files are damaged or half gone, Open
//     fails and says what to do: a new CA would leave every browser with a
//     warning that looks like an attack.
//   - A CA may sign for this machine's names and private networks only ([permits]).
//   - Private keys are readable by the hub's user only, and are whole on disk or
//     not there: see [replaceFile].
//   - Connections that are open go on when the certificate changes.
//
// Example:
//
//	keeper, err := certs.Open(certs.Options{Mode: certs.SelfSigned, Dir: "data/tls"})
//	…
//	group.Go(func() error { return keeper.Run(ctx) })
//	server := &http.Server{TLSConfig: keeper.TLS()}
//	err = server.ListenAndServeTLS("", "")
package certs
