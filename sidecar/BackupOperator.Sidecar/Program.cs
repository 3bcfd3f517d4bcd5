return await BackupOperator.Sidecar.Commands.SidecarCommandLine.InvokeAsync(args);
