using BackupOperator.Demo.Data;
using BackupOperator.Demo.Stage;

namespace BackupOperator.Demo;

/// <summary>The main job, before the eyes of a newcomer: back up, destroy, restore, compare.</summary>
internal sealed class Play(Theatre theatre, Screen screen)
{
    private readonly Kubectl _kubectl = new(theatre, screen);

    /// <returns>Whether every table came back as it was.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await theatre.OpenAsync(cancellationToken);
        var before = await FillAsync(cancellationToken);

        screen.Title("Back up");
        await ApplyAsync(theatre.ThroughS3 ? "backup-s3.yaml" : "backup-volume.yaml", cancellationToken);
        var backup = new RunWatcher<MySqlBackup>(theatre, screen, "before-the-accident");
        if (!await backup.FollowAsync(cancellationToken))
        {
            screen.Output(await theatre.LogsAsync());
            return false;
        }

        await _kubectl.ShowAsync("mysqlbackups", wide: false, cancellationToken);

        screen.Title("The accident");
        await DestroyAsync(cancellationToken);

        screen.Title("Restore");
        await ApplyAsync("restore.yaml", cancellationToken);
        var restore = new RunWatcher<MySqlRestore>(theatre, screen, "after-the-accident");
        if (!await restore.FollowAsync(cancellationToken))
        {
            screen.Output(await theatre.LogsAsync());
            return false;
        }

        await _kubectl.ShowAsync("mysqlbackups,mysqlrestores", wide: true, cancellationToken);
        await _kubectl.ShowAsync("statefulsets,pods,jobs", wide: false, cancellationToken);

        screen.Title("Compare");
        return await CompareAsync(before, cancellationToken);
    }

    private async Task<ShopInventory> FillAsync(CancellationToken cancellationToken)
    {
        await using var session = await theatre.ConnectAsync(cancellationToken);
        await ShopDatabase.CreateAsync(session, cancellationToken);
        var inventory = await ShopInventory.TakeAsync(session, cancellationToken);
        screen.Step("data", $"{inventory.Tables.Count} tables with {inventory.Megabytes} MB, a view, a trigger, a procedure");
        return inventory;
    }

    private async Task ApplyAsync(string manifest, CancellationToken cancellationToken)
    {
        screen.Command($"kubectl apply -f demo/manifests/{manifest}");
        await theatre.Cluster.ApplyAsync(await theatre.ManifestAsync(manifest), cancellationToken: cancellationToken);
    }

    private async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await using var session = await theatre.ConnectAsync(cancellationToken);
        foreach (var statement in new[] { "DROP TABLE shop.pictures", "DELETE FROM shop.orders", "UPDATE shop.customers SET name = 'nobody'", "DROP PROCEDURE shop.raise_total" })
        {
            screen.Say($"  mysql> {statement};");
            await session.QueryAsync(statement, cancellationToken);
        }
    }

    private async Task<bool> CompareAsync(ShopInventory before, CancellationToken cancellationToken)
    {
        await using var session = await theatre.ConnectAsync(cancellationToken);
        var after = await ShopInventory.TakeAsync(session, cancellationToken);
        foreach (var (table, checksum) in before.Tables)
        {
            var now = after.Tables.GetValueOrDefault(table);
            screen.Say($"  {(now == checksum ? "=" : "≠")} {table,-12} {checksum,12} {now,12}");
        }

        foreach (var (thing, definition) in before.Definitions)
        {
            screen.Say($"  {(after.Definitions.GetValueOrDefault(thing) == definition ? "=" : "≠")} {thing}");
        }

        if (!before.Equals(after))
        {
            screen.Fail("The restored data differs from what was backed up.");
            return false;
        }

        screen.Step("equal", "every table has its checksum of before; view, trigger and procedure are back");
        return true;
    }
}
