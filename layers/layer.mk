# A layer's /opt/python, from uv.lock: what PACKAGE depends on, and its own sources. `sam build` sets ARTIFACTS_DIR and runs
# this in a copy of the layer's folder, so the workspace is found from where this file really is.
HERE := $(dir $(realpath $(firstword $(MAKEFILE_LIST))))
ROOT := $(realpath $(HERE)../..)
UV := $(or $(shell command -v uv),$(ROOT)/.tools/uv/bin/uv)
# The interpreter itself: a pyenv shim finds 3.13 only where .python-version is.
PYTHON := $(shell cd "$(ROOT)" && python3.13 -c "import sys; print(sys.executable)")
PYTHON_DIR = $(ARTIFACTS_DIR)/python

.PHONY: layer
layer:
	test -n "$(ARTIFACTS_DIR)"
	mkdir -p "$(PYTHON_DIR)"
	"$(UV)" export --quiet --project "$(ROOT)" --frozen --package $(PACKAGE) --no-dev --no-emit-workspace \
	  --output-file "$(ARTIFACTS_DIR)/requirements.txt"
	"$(UV)" pip install --quiet --target "$(PYTHON_DIR)" --python-platform x86_64-manylinux_2_28 --python-version 3.13 \
	  --only-binary :all: --no-deps --require-hashes -r "$(ARTIFACTS_DIR)/requirements.txt"
	rm -rf "$(ARTIFACTS_DIR)/requirements.txt" "$(PYTHON_DIR)/bin" "$(PYTHON_DIR)/.lock"
	find "$(PYTHON_DIR)" -type d \( -name tests -o -name test -o -name __pycache__ \) -prune -exec rm -rf {} +
	$(if $(PRUNE),cd "$(PYTHON_DIR)" && $(PRUNE))
	cp -R "$(HERE)$(MODULE)" "$(PYTHON_DIR)/"
	find "$(PYTHON_DIR)/$(MODULE)" -type d -name __pycache__ -prune -exec rm -rf {} +
	# A layer that cannot be imported must fail here, not at the first cold start.
	cd / && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$(PYTHON_DIR)" "$(PYTHON)" -S -c "import $(IMPORT_CHECK)"
	# /opt is read-only: without bytecode every cold start would compile all sources anew.
	"$(PYTHON)" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$(PYTHON_DIR)"
