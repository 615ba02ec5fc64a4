# The image with all programs, as an archive (docs/kind.md). ARCH=amd64|arm64 builds that one alone.

ARCH ?=

images: setup-images ## build the image: an archive in $(BUILD)/images, loaded into docker or podman where one is [ARCH=amd64|arm64]
	@BUILD=$(BUILD) CC="$(CC)" scripts/images $(if $(ARCH),--architecture $(ARCH))

setup-images:
	@scripts/setup images

.PHONY: images setup-images
