# Two images: `docker build --target operator .` and `docker build --target sidecar .`
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
ARG VERSION=0.1.0
WORKDIR /src
COPY . .
RUN runtime=linux-$(echo "${TARGETARCH:-amd64}" | sed 's/amd64/x64/') \
 && dotnet publish operator/BackupOperator -c Release -r "$runtime" --self-contained -p:PublishSingleFile=true -p:RestorePackagesWithLockFile=false -p:Version="$VERSION" -o /out/operator \
 && dotnet publish sidecar/BackupOperator.Sidecar -c Release -r "$runtime" --self-contained -p:PublishSingleFile=true -p:RestorePackagesWithLockFile=false -p:Version="$VERSION" -o /out/sidecar

FROM debian:12-slim AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 libstdc++6 tzdata zlib1g libzstd1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 65532 --user-group --no-create-home nonroot
ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1 \
    DOTNET_gcServer=0

FROM base AS operator
COPY --from=build /out/operator/backup-operator /usr/local/bin/backup-operator
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/backup-operator"]

# The Job's pod template names the user: it has to be the owner of the data directory.
FROM base AS sidecar
COPY --from=build /out/sidecar/backup-sidecar /usr/local/bin/backup-sidecar
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/backup-sidecar"]
