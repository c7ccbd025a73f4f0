package dashboard

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sights are matrices of Machado, Oliveira and Fernandes (2009) at severity 1: how a linear
// color is seen without one kind of cone.
var sights = map[string][9]float64{
	"all cones":    {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

func times(m [9]float64, v [3]float64) (out [3]float64) {
	for i := range out {
		out[i] = m[3*i]*v[0] + m[3*i+1]*v[1] + m[3*i+2]*v[2]
	}
	return out
}

// seen is a color such as #0072b2 in Oklab, in which distances are those that people see.
func seen(hex string, sight [9]float64) [3]float64 {
	n, _ := strconv.ParseUint(hex[1:], 16, 32) // the expression finds nothing else
	rgb := [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
	for i, c := range rgb {
		if c /= 255; c <= 0.04045 {
			rgb[i] = c / 12.92
		} else {
			rgb[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	rgb = times(sight, rgb)
	for i := range rgb {
		rgb[i] = min(1, max(0, rgb[i]))
	}
	lms := times([9]float64{0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005}, rgb)
	for i := range lms {
		lms[i] = math.Cbrt(lms[i])
	}
	return times([9]float64{0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371, 0.7827717662, -0.8086757660}, lms)
}

func TestPalette_WithoutAKindOfCone_ColorsDiffer(t *testing.T) {
	t.Parallel()
	text, err := assets.ReadFile("assets/palette.js")
	require.NoError(t, err)
	lists := regexp.MustCompile(`const \w+ = \[("#.*)\];`).FindAllStringSubmatch(string(text), -1)
	require.Len(t, lists, 2, "one for each theme")
	for _, list := range lists {
		colors := strings.Split(strings.ReplaceAll(list[1], `"`, ""), ", ")
		require.Len(t, colors, 12)
		for name, sight := range sights {
			for i, one := range colors {
				a := seen(one, sight)
				for _, other := range colors[:i] {
					b := seen(other, sight)
					distance := math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
					assert.Greater(t, distance, 0.07, "%s and %s, seen with %s", other, one, name)
				}
			}
		}
	}
}
