package main

import "avhub/configs"

type configCmd struct {
	Sample    configSampleCmd    `cmd:"" help:"Print an annotated avhub.yaml with every key at its default. Example: avhub config sample > avhub.yaml"`
	Reference configReferenceCmd `cmd:"" help:"Print the reference of all keys and variables, as Markdown. Example: avhub config reference"`
}

type configSampleCmd struct{}

// Run prints the sample.
func (configSampleCmd) Run(o *output) error {
	_, err := o.out.Write(configs.Sample)
	return err
}

type configReferenceCmd struct{}

// Run prints the reference.
func (configReferenceCmd) Run(o *output) error {
	_, err := o.out.WriteString(configs.Reference())
	return err
}
