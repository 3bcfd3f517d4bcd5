BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(BackupOperator.Archive.Benchmarks.BlockBenchmarks).Assembly).Run(args);
