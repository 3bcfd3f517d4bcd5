namespace BackupOperator.LocalCluster.Tests.Workloads;

public sealed class LocalJobTests(LocalWorld world) : JobSemantics(world), IClassFixture<LocalWorld>;

public sealed class LocalStatefulSetTests(LocalWorld world) : StatefulSetSemantics(world), IClassFixture<LocalWorld>;

public sealed class RealJobTests(RealWorld world) : JobSemantics(world), IClassFixture<RealWorld>;

public sealed class RealStatefulSetTests(RealWorld world) : StatefulSetSemantics(world), IClassFixture<RealWorld>;
