package main

import "avhub/signaling"

type openAPICmd struct{}

// Run prints the API's description; web/openapi.json is made with it.
func (openAPICmd) Run(o *output) error {
	text, err := signaling.OpenAPI(version)
	if err != nil {
		return err
	}
	_, err = o.out.Write(append(text, '\n'))
	return err
}
