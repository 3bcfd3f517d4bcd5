using BackupOperator.Api.Runs;
using BackupOperator.Archive;
using BackupOperator.Core.Naming;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chaos.Checks;

/// <summary>What must be true when a run is over, whatever happened to it.</summary>
internal static class Aftermath
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>What is not as it must be.</summary>
    /// <param name="expected">What MySQL must hold now.</param>
    public static async Task<IReadOnlyList<string>> FindProblemsAsync(Lane lane, IRunEntity run, string expected)
    {
        var problems = new List<string>();
        await CheckAsync(problems, async () => await lane.Database.AnswersAsync(TimeSpan.FromSeconds(60)));
        await CheckAsync(problems, async () =>
        {
            var found = await lane.Database.SumAsync();
            Require(found == expected, $"MySQL holds {found}, not {expected}");
        });
        await CheckAsync(problems, () => Waiting.UntilAsync(
            "StatefulSet of one replica and without a mark",
            async () => await lane.Database.StatefulSetAsync() is { Spec.Replicas: 1 } set && set.Annotation(QuiesceMark.Annotation) is null,
            Soon));
        await CheckAsync(problems, () => Waiting.UntilAsync("free Lease", () => LeaseIsFreeAsync(lane), Soon));
        await CheckAsync(problems, () => Waiting.UntilAsync("end of Role, RoleBinding and ServiceAccount", () => AccessIsGoneAsync(lane), Soon));
        await CheckAsync(problems, () => Waiting.UntilAsync("end of the Jobs", () => JobsAreOverAsync(lane), Soon));
        await CheckAsync(problems, () => Waiting.UntilAsync(
            "end of the finalizers", async () => (await ReadAsync(lane, run))?.Metadata.Finalizers is null or { Count: 0 }, Soon));
        await CheckAsync(problems, () => TellsAsync(lane, run));
        await CheckAsync(problems, () => Waiting.UntilAsync("end of what the run has left in the storage", async () => (await ReadAsync(lane, run)) is not MySqlBackup { Status.Pruning: not null }, Soon));
        await CheckAsync(problems, () => NoUploadsAsync(lane));
        await CheckAsync(problems, () => NoFoldersAsync(lane));
        return problems;
    }

    private static async Task CheckAsync(List<string> problems, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception problem)
        {
            problems.Add(problem.Message);
        }
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidOperationException(problem);
        }
    }

    private static async Task<IRunEntity?> ReadAsync(Lane lane, IRunEntity run) => run is MySqlBackup
        ? await lane.World.Client.GetAsync<MySqlBackup>(run.Metadata.Name!, lane.Namespace)
        : await lane.World.Client.GetAsync<MySqlRestore>(run.Metadata.Name!, lane.Namespace);

    private static async Task<bool> LeaseIsFreeAsync(Lane lane) =>
        string.IsNullOrEmpty((await lane.World.Client.GetAsync<V1Lease>(RunNames.Lease("db"), lane.Namespace))?.Spec?.HolderIdentity);

    private static async Task<bool> AccessIsGoneAsync(Lane lane) =>
        (await lane.World.Client.ListAsync<V1Role>(lane.Namespace)).Items.Count == 0
        && (await lane.World.Client.ListAsync<V1RoleBinding>(lane.Namespace)).Items.Count == 0
        && (await lane.World.Client.ListAsync<V1ServiceAccount>(lane.Namespace)).Items.All(account => account.Metadata.Name == "default");

    private static async Task<bool> JobsAreOverAsync(Lane lane)
    {
        var jobs = (await lane.World.Client.ListAsync<V1Job>(lane.Namespace)).Items;
        var pods = (await lane.World.Client.ListAsync<V1Pod>(lane.Namespace)).Items;
        return jobs.All(job => job.Spec?.TtlSecondsAfterFinished is not null && job.Status?.Conditions?.Exists(c => c is { Type: "Complete" or "Failed", Status: "True" }) == true)
            && pods.All(pod => pod.Metadata.Name == "db-0" || pod.Status?.Phase is "Succeeded" or "Failed");
    }

    private static async Task TellsAsync(Lane lane, IRunEntity run)
    {
        var status = (await ReadAsync(lane, run))!.RunStatus;
        Require(
            status.PhaseName == "Completed" ? status.Failure is null : status.Failure is { Reason.Length: > 0, Message.Length: > 0 },
            $"phase {status.PhaseName} with failure {status.Failure?.Reason}: {status.Failure?.Message}");
        Require(status.CompletionTime is not null, "no completionTime");
    }

    private static async Task NoUploadsAsync(Lane lane)
    {
        var rgw = lane.World.Rgw;
        var uploads = await S3Request.SendAsync(HttpMethod.Get, new Uri($"{rgw.Endpoint}/{lane.Bucket}?uploads="), rgw.AccessKey, rgw.SecretKey);
        Require(!uploads.Contains("<Upload>", StringComparison.Ordinal), "an unfinished multipart upload is left in the bucket");
    }

    private static Task NoFoldersAsync(Lane lane)
    {
        var left = Directory.EnumerateFileSystemEntries(lane.DataDirectory).Select(Path.GetFileName).Where(name => ArchiveFormat.IsReserved(name!)).ToList();
        Require(left.Count == 0, $"left in the data directory: {string.Join(", ", left)}");
        return Task.CompletedTask;
    }
}
