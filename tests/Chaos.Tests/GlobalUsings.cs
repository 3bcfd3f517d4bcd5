global using BackupOperator.Chaos.Matrix;
