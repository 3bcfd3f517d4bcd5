using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol;

/// <summary>The outcome of a <see cref="Login"/>.</summary>
internal sealed record LoggedIn(PacketStream Packets, ServerGreeting Greeting, Capabilities Capabilities, bool IsTls);
