using System.Diagnostics;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.MySql;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chaos.Checks;

/// <summary>Restores a backup into a folder, starts a real server on it, and tells what it finds.</summary>
internal static class RestoredBackup
{
    public static Task<T> OpenAsync<T>(Lane lane, string path, string? digest, Func<MySqlSession, string, Task<T>> look) =>
        KeepAsync(lane, path, digest, async data =>
        {
            // On this machine the server's user has another number than in the container.
            using (var chown = Process.Start("chown", ["-R", "mysql", data]))
            {
                await chown.WaitForExitAsync();
            }

            await using var server = await RealMariaDb.StartOnAsync(data);
            await using var session = await MySqlSession.ConnectAsync(new MySqlConnectionOptions
            {
                Host = server.Host,
                Port = server.Port,
                User = "root",
                Password = Resources.Password,
            });
            return await look(session, await File.ReadAllTextAsync(server.ErrorLog));
        });

    /// <summary>The folder is there as long as it is used.</summary>
    public static async Task<T> KeepAsync<T>(Lane lane, string path, string? digest, Func<string, Task<T>> use)
    {
        var credentials = Directory.CreateTempSubdirectory("chaos-keys-").FullName;
        var folder = Directory.CreateTempSubdirectory("chaos-restored-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(credentials, "accessKeyId"), lane.World.Rgw.AccessKey);
            await File.WriteAllTextAsync(Path.Combine(credentials, "secretAccessKey"), lane.World.Rgw.SecretKey);
            await using var store = new S3ObjectStore(new S3StoreOptions
            {
                Bucket = lane.Bucket,
                Endpoint = lane.World.Rgw.Endpoint,
                Region = "us-east-1",
                ForcePathStyle = true,
                CredentialsFolder = credentials,
            });
            var data = Path.Combine(folder, "data");
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            Directory.CreateDirectory(data);
            var archive = await ArchiveReader.OpenAsync(store, path);
            await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = data, ManifestDigest = digest }).RestoreAsync();
            return await use(data);
        }
        finally
        {
            Directory.Delete(credentials, recursive: true);
            Directory.Delete(folder, recursive: true);
        }
    }
}
