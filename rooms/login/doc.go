// Package login is how the hub knows who somebody is: passwords and what makes
// them good, second factors, sessions, API tokens, join links, and what slows
// guessing down. It is logic only: no database, no HTTP, and times are given.
//
// What always holds:
//   - Secrets that the hub makes are random and kept as SHA-256; only what people
//     choose, passwords, is hashed slowly (argon2id), a few at a time.
//   - A password is taken as it is, whatever its characters.
//   - Nobody is locked out for good, and nothing that others do counts at a
//     browser from which somebody has logged in before.
//   - What is compared is compared in constant time, and an unknown name costs
//     what a known one does.
//
// A log-in, step by step:
//
//	if wait := throttle.Attempt(name, address, device, now); wait > 0 {
//		// too many attempts: say how long
//	}
//	fits, rehash, err := hasher.Verify(ctx, kept, password) // VerifyNobody if there is no account
//	if fits {
//		throttle.Succeeded(name, address, device, now)
//	}
//	stage := login.NextStage(hasSecondFactor, mustChangePassword)
//	cookie := login.NewSecret()       // to the browser
//	hash := login.Hash(cookie)        // to the store
//	session := login.Begin(stage, now) // for its end
//
// Numbers in comments such as "6.3.8" are requirements of the OWASP Application
// Security Verification Standard 5.0.
package login
