using System.Collections.Concurrent;
using BackupOperator.Notifications;

namespace BackupOperator.Tests.Scripted;

/// <summary>Keeps what would have been told.</summary>
internal sealed class RecordingNotifier : INotifier
{
    public ConcurrentQueue<Notification> All { get; } = new();

    public void Notify(Notification notification) => All.Enqueue(notification);
}
