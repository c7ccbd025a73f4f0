package sysmetrics

import (
)
