# A Kubernetes of three nodes in containers, for the lessons (docs/kind.md). Every step may be repeated.

kind-up: setup-images ## make what is missing of the kind cluster, and wait until it measures [PACE=quick|kubernetes]
	@BUILD=$(BUILD) PACE=$(PACE) scripts/kind up

kind-status: ## what is there of the kind cluster, what is missing, and what to do
	@BUILD=$(BUILD) scripts/kind status

kind-down: ## remove the kind cluster
	@BUILD=$(BUILD) scripts/kind down

.PHONY: kind-up kind-status kind-down
