# Builds a layer's /opt/python from uv.lock: the package's dependencies and its sources. `sam build` sets ARTIFACTS_DIR and
# runs this in a copy of the layer's folder, so the workspace is found by the real path of the layer's Makefile.
LAYER := $(patsubst %/,%,$(dir $(realpath $(firstword $(MAKEFILE_LIST)))))
# The template's parameter Architecture must be the same.
ARCH ?= x86_64

.PHONY: layer
layer:
	@test -n "$(ARTIFACTS_DIR)"
	@# From the root: a pyenv shim finds 3.13 only where .python-version is.
	cd "$(LAYER)/../.." && python3.13 -m tools.artifact_build.layer "$(LAYER)" --architecture $(ARCH) --into "$(ARTIFACTS_DIR)/python"
