# `make` alone prints what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

CONFIGURATION ?= Release
VERSION ?= 0.1.0
IMAGE ?= mysql-backup
S3 ?=

.PHONY: help demo test chaos fuzz test-environment bench bench-downtime bench-operator microbench crds manifests lint format image publish clean

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## back up a real MariaDB, destroy it, restore it, compare; S3=1: through a real S3 gateway
	@scripts/test-environment.sh $(if $(S3),demo-s3,demo)
	@scripts/build.sh demo/BackupOperator.Demo $(CONFIGURATION)
	@demo/run.sh $(CONFIGURATION) $(if $(S3),--s3)

test: test-environment ## all tests, against real servers; installs what it needs (Debian, as root)
	@scripts/test.sh $(CONFIGURATION)

test-environment: ## install the servers that tests run against
	@scripts/test-environment.sh test

chaos: test-environment ## every component killed, hung and cut off in every phase; backups with intruders; killed swaps; under 30 minutes
	@scripts/build.sh tests/Chaos $(CONFIGURATION)
	@scripts/publish.sh
	@dotnet tests/Chaos/bin/$(CONFIGURATION)/net10.0/chaos.dll --document docs/reliability.md \
		--operator artifacts/operator/backup-operator --sidecar artifacts/sidecar/backup-sidecar

fuzz: ## the readers with 1.4 million random inputs, 2,000 flipped bits, 100,000 files; about ten minutes
	@FUZZ_FACTOR=10 dotnet test tests/BackupOperator.Archive.Tests -c Release --filter 'FullyQualifiedName~FuzzTests|FullyQualifiedName~ChainCorruption|FullyQualifiedName~MemoryTests'

bench: ## speed beside restic, rclone and tar, as ratios; SIZE=200M ROUNDS=1: a quick look
	@scripts/test-environment.sh bench
	@SIZE=$(SIZE) ROUNDS=$(ROUNDS) python3 tests/benchmarks
	@SIZE=$(SIZE) ROUNDS=$(ROUNDS) python3 tests/benchmarks/downtime.py
	@python3 tests/benchmarks/fleet.py

bench-downtime: ## for how long a backup stops MariaDB (SERVER=mysql: MySQL) under a load of writes, with pre-copy and without
	@scripts/test-environment.sh bench
	@SIZE=$(SIZE) ROUNDS=$(ROUNDS) RATE=$(RATE) SERVER=$(SERVER) python3 tests/benchmarks/downtime.py

bench-operator: ## what the operator costs with 10,000 finished backups and 1,000 targets
	@scripts/test-environment.sh demo
	@python3 tests/benchmarks/fleet.py

microbench: ## time and memory of what is done with every block
	dotnet run -c Release --project tests/BackupOperator.Archive.Benchmarks -- --filter '*'

crds: ## generate crds/ and deploy/rbac from the C# code, and their copies in the chart
	@dotnet run -c $(CONFIGURATION) --project operator/BackupOperator -- crds --output crds
	@dotnet run -c $(CONFIGURATION) --project operator/BackupOperator -- rbac --output deploy/rbac/clusterrole.yaml
	@rm -f charts/mysql-backup-operator/files/crds/* && cp crds/*.yaml charts/mysql-backup-operator/files/crds/
	@cp deploy/rbac/clusterrole.yaml charts/mysql-backup-operator/files/

manifests: ## generate deploy/operator.yaml from the chart, and artifacts/install.yaml with all that an installation needs
	@scripts/manifests.sh

lint: ## formatting, and generated files that differ from their source
	@dotnet format BackupOperator.sln --verify-no-changes
	@$(MAKE) --no-print-directory crds && git diff --exit-code --stat crds deploy/rbac charts

format: ## format the code
	@dotnet format BackupOperator.sln

publish: ## self-contained single-file binaries in artifacts/
	@scripts/publish.sh

image: ## container images $(IMAGE)-operator and $(IMAGE)-sidecar (needs docker)
	docker build --target operator --build-arg VERSION=$(VERSION) -t $(IMAGE)-operator:$(VERSION) .
	docker build --target sidecar --build-arg VERSION=$(VERSION) -t $(IMAGE)-sidecar:$(VERSION) .

clean: ## remove what was built
	@rm -rf artifacts && find . -type d \( -name bin -o -name obj -o -name TestResults \) -prune -exec rm -rf {} +
