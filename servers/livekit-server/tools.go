//go:build tools

// Package servers pins livekit-server: go.mod names its version, go.sum the bytes of every module it is built from.
package servers

import _ "github.com/livekit/livekit-server/cmd/server"
