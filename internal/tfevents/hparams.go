package tfevents

import "unicode/utf8"

// readHParams reads the hyperparameters of a session from the message HParamsPluginData. It
// returns nil if the message has something else.
func readHParams(data []byte) (map[string]any, error) {
	var params map[string]any
	err := eachField(data, func(f field) error {
		if f.num != 3 { // SessionStartInfo
			return nil
		}
		params = make(map[string]any)
		return eachField(f.bytes, func(f field) error {
			if f.num != 1 {
				return nil
			}
			name, v := "", any(nil)
			err := eachField(f.bytes, func(f field) (err error) {
				switch f.num {
				case 1:
					name = string(f.bytes)
				case 2:
					v, err = readParam(f.bytes)
				}
				return err
			})
			if name != "" && v != nil && utf8.ValidString(name) {
				params[name] = v
			}
			return err
		})
	})
	return params, err
}

// readParam reads the message google.protobuf.Value, nil for null, lists and objects.
func readParam(data []byte) (v any, err error) {
	err = eachField(data, func(f field) error {
		switch f.num {
		case 2:
			v = f.float64()
		case 3:
			v = string(f.bytes)
		case 4:
			v = f.bits != 0
		}
		return nil
	})
	return v, err
}
