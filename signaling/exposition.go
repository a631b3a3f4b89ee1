package signaling

import (
	"bytes"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// family is a metric with its labels' names.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string
}

func counterOf(name, help string, labels ...string) *family {
	return &family{"avhub_" + name, help, dto.MetricType_COUNTER, labels}
}

func gaugeOf(name, help string, labels ...string) *family {
	return &family{"avhub_" + name, help, dto.MetricType_GAUGE, labels}
}

// exposition is figures in Prometheus's text format, version 0.0.4. Written
// straight, thousands of series of hundreds of sources take a millisecond or
// two; as objects of the client library they take twenty.
type exposition struct {
	order  []*family
	series map[*family]*bytes.Buffer
}

// add writes one value; the labels' values come in the order of their names.
func (e *exposition) add(f *family, value float64, labels ...string) {
	b := e.series[f]
	if b == nil {
		if e.series == nil {
			e.series = map[*family]*bytes.Buffer{}
		}
		b = &bytes.Buffer{}
		b.WriteString("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " " + strings.ToLower(f.kind.String()) + "\n")
		e.series[f], e.order = b, append(e.order, f)
	}
	b.WriteString(f.name)
	between := byte('{')
	for i, l := range labels {
		b.WriteByte(between)
		between = ','
		b.WriteString(f.labels[i])
		b.WriteString(`="`)
		_, _ = labelEscapes.WriteString(b, l) // never fails (bytes.Buffer)
		b.WriteByte('"')
	}
	if len(labels) > 0 {
		b.WriteByte('}')
	}
	b.WriteByte(' ')
	b.Write(strconv.AppendFloat(b.AvailableBuffer(), value, 'g', -1, 64))
	b.WriteByte('\n')
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// text is all that was added, family by family.
func (e *exposition) text() []byte {
	var all bytes.Buffer
	for _, f := range e.order {
		all.Write(e.series[f].Bytes())
	}
	return all.Bytes()
}
