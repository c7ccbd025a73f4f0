package media

import (
	"cmp"
	"encoding/binary"
	"math"

	"github.com/wandgo/wandgo/internal/media"
)

// AudioOptions are what audio has beside its samples. The zero value is fine.
type AudioOptions struct {
	// Caption is shown below the player.
	Caption string
	// Channels is the number of channels of [Audio], whose samples alternate. Default: 1.
	Channels int
}

// AudioValue is sound for a row. [Audio] and [AudioFile] make it.
type AudioValue struct{ holder }

// maxSamples keeps the size of a WAV file below 4 GiB.
const maxSamples = 1<<31 - 64

// Audio is sound of samples from -1 to 1, at a rate in samples per second and channel. Values
// outside of it are clipped. It is encoded as WAV with 16 bits before Audio returns.
func Audio[F ~float32 | ~float64](samples []F, rate int, options ...AudioOptions) *AudioValue {
	return &AudioValue{media.Hold(encodeAudio(samples, rate, first(options)))}
}

func encodeAudio[F ~float32 | ~float64](samples []F, rate int, o AudioOptions) (*single, error) {
	channels := cmp.Or(o.Channels, 1)
	switch {
	case rate < 1 || rate > 1<<24:
		return nil, invalid("sample rate", "must be from 1 to %d", 1<<24)
	case channels < 1 || channels > 1024:
		return nil, invalid("channels", "must be from 1 to 1024")
	case len(samples)%channels != 0:
		return nil, invalid("samples", "must be a multiple of the channels; %d is not a multiple of %d", len(samples), channels)
	case len(samples) > maxSamples:
		return nil, invalid("samples", "must be at most %d", maxSamples)
	}
	content := wavHeader(len(samples), rate, channels)
	for _, f := range samples {
		if math.IsNaN(float64(f)) {
			return nil, invalid("samples", "must not be NaN")
		}
		content = binary.LittleEndian.AppendUint16(content, uint16(pcm16(float64(f)))) //nolint:gosec // two's complement
	}
	r := float64(rate)
	duration := float64(len(samples)/channels) / r
	return &single{of: &audioType, ext: ".wav", file: media.FileOf(content), caption: o.Caption, rate: &r, duration: &duration}, nil
}

// pcm16 rounds as libsndfile does, which the official client uses.
func pcm16(f float64) int16 {
	scaled := f * math.MaxInt32
	switch {
	case scaled >= math.MaxInt32:
		return math.MaxInt16
	case scaled <= math.MinInt32:
		return math.MinInt16
	}
	return int16(int32(math.RoundToEven(scaled)) >> 16)
}

// wavHeader is the header of a WAV file with room for its samples.
func wavHeader(samples, rate, channels int) []byte {
	le := binary.LittleEndian
	size := 2 * samples
	b := make([]byte, 0, 44+size)
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(36+size)) //nolint:gosec // checked by the caller, like those below
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1)                       // PCM
	b = le.AppendUint16(b, uint16(channels))        //nolint:gosec // see above
	b = le.AppendUint32(b, uint32(rate))            //nolint:gosec // see above
	b = le.AppendUint32(b, uint32(rate*channels*2)) //nolint:gosec // see above
	b = le.AppendUint16(b, uint16(channels*2))      //nolint:gosec // see above
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	return le.AppendUint32(b, uint32(size)) //nolint:gosec // see above
}

// AudioFile is sound in a file, which is stored as it is. It is copied while the value is
// logged. Browsers play aac, flac, m4a, mp3, oga, ogg, opus, wav and weba.
func AudioFile(path string, options ...AudioOptions) *AudioValue {
	return &AudioValue{media.Hold(openSingle(&audioType, path, first(options).Caption, "aac", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav", "weba"))}
}

var audioType = singleType{
	name: "audio-file", kind: "audio", list: "audio",
	members: func(list []*single, items []singleJSON) map[string]any {
		rates, durations := make([]*float64, len(list)), make([]*float64, len(list))
		texts, some := make([]string, len(list)), false
		for i, v := range list {
			rates[i], durations[i] = v.rate, v.duration
			texts[i], some = v.caption, some || v.caption != ""
		}
		m := map[string]any{"audio": items, "sampleRates": rates, "durations": durations}
		if some {
			m["captions"] = texts
		}
		return m
	},
}
