using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace BackupOperator.TestSupport.Faults;

/// <summary>One client's connection and its counterpart at the server; requests one after the other, as HTTP/1.1 has them.</summary>
internal sealed class ProxiedConnection(LineStream client, LineStream server, Socket socket, Func<HttpHead, Fault?> decide)
{
    /// <returns>Whether the connection may carry another request.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await HttpHead.ReadAsync(client, cancellationToken) is not { } head)
        {
            return false;
        }

        var fault = decide(head);
        switch (fault)
        {
            case Fault.Answer answer:
                return await AnswerAsync(head, answer, cancellationToken);
            case Fault.ResetRequest(var after):
                await TakeAsync(head, after, cancellationToken);
                return Reset();
            case Fault.HangInRequest(var after):
                await TakeAsync(head, after, cancellationToken);
                await UntilClosedAsync(cancellationToken);
                return false;
            case Fault.Hold(var until):
                await until.WaitAsync(cancellationToken);
                break;
            case Fault.Slow { Before: var before }:
                await Task.Delay(before, cancellationToken);
                break;
        }

        return await PassAsync(head, fault, cancellationToken);
    }

    private async Task<bool> PassAsync(HttpHead head, Fault? fault, CancellationToken cancellationToken)
    {
        await server.Stream.WriteAsync(head.Raw, cancellationToken);

        // A server may answer before it has seen all of the body, or none of it.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = head.ExpectsContinue ? null : CopyAsync(client, server.Stream, head.ContentLength, enough.Token);
        HttpHead? answer;
        while ((answer = await HttpHead.ReadAsync(server, cancellationToken)) is { Status: 100 })
        {
            await client.Stream.WriteAsync(answer.Raw, cancellationToken);
            sending ??= CopyAsync(client, server.Stream, head.ContentLength, enough.Token);
        }

        if (answer is null)
        {
            return Reset();
        }

        var isSent = head.ContentLength == 0 || sending is { IsCompletedSuccessfully: true };
        var isDone = await RelayAsync(head, answer, fault, cancellationToken);
        await enough.CancelAsync();
        await (sending ?? Task.CompletedTask).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return isDone && isSent && !answer.Closes;
    }

    private async Task<bool> RelayAsync(HttpHead request, HttpHead answer, Fault? fault, CancellationToken cancellationToken)
    {
        var hasBody = !request.FirstLine.StartsWith("HEAD ", StringComparison.Ordinal) && answer.Status is not (204 or 304);
        if (fault is Fault.LoseAnswer)
        {
            await CopyBodyAsync(answer, hasBody, Stream.Null, cancellationToken);
            return Reset();
        }

        if (fault is Fault.KeepAnswer)
        {
            await UntilClosedAsync(cancellationToken);
            return false;
        }

        await client.Stream.WriteAsync(
            fault is Fault.AddHeader(var name, var value) ? (byte[])[.. answer.Raw[..^2], .. Encoding.ASCII.GetBytes($"{name}: {value}\r\n\r\n")] : answer.Raw, cancellationToken);
        switch (fault)
        {
            case Fault.CutAnswer(var after) when hasBody:
                await CopyAsync(server, client.Stream, Math.Min(after, answer.ContentLength), cancellationToken);
                await client.Stream.FlushAsync(cancellationToken);
                return Reset();
            case Fault.HangInAnswer(var after) when hasBody:
                await CopyAsync(server, client.Stream, Math.Min(after, answer.ContentLength), cancellationToken);
                await UntilClosedAsync(cancellationToken);
                return false;
            case Fault.Slow slow when hasBody && !answer.IsChunked:
                for (var left = answer.ContentLength; left > 0; left -= Math.Min(left, slow.Piece))
                {
                    await CopyAsync(server, client.Stream, Math.Min(left, slow.Piece), cancellationToken);
                    await Task.Delay(slow.BetweenPieces, cancellationToken);
                }

                return true;
            default:
                await CopyBodyAsync(answer, hasBody, client.Stream, cancellationToken);
                return true;
        }
    }

    private async Task CopyBodyAsync(HttpHead head, bool hasBody, Stream to, CancellationToken cancellationToken)
    {
        if (!hasBody)
        {
            return;
        }

        if (!head.IsChunked)
        {
            await CopyAsync(server, to, head.ContentLength, cancellationToken);
            return;
        }

        // Chunks as they are: a size, so many bytes, an empty line; the last has none.
        while (await server.ReadLineAsync(cancellationToken) is { } line)
        {
            await to.WriteAsync(line, cancellationToken);
            var size = long.Parse(Encoding.ASCII.GetString(line).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await CopyAsync(server, to, size, cancellationToken);
            await to.WriteAsync(await server.ReadLineAsync(cancellationToken) ?? [], cancellationToken);
            if (size == 0)
            {
                return;
            }
        }
    }

    private async Task<bool> AnswerAsync(HttpHead head, Fault.Answer answer, CancellationToken cancellationToken)
    {
        // Who asks before sends nothing after a refusal.
        if (!head.ExpectsContinue)
        {
            await CopyAsync(client, Stream.Null, head.ContentLength, cancellationToken);
        }

        var isHead = head.FirstLine.StartsWith("HEAD ", StringComparison.Ordinal);
        var body = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{answer.Code}</Code><Message>as the test wants</Message><RequestId>1</RequestId></Error>");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {answer.Status} Fault\r\nDate: {answer.Date ?? TimeProvider.System.GetUtcNow():r}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n{(answer.RetryAfter is { } after ? $"Retry-After: {after}\r\n" : "")}Connection: close\r\n\r\n");
        await client.Stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(text), .. isHead ? [] : body], cancellationToken);
        await client.Stream.FlushAsync(cancellationToken);
        return false;
    }

    private async Task TakeAsync(HttpHead head, int bytes, CancellationToken cancellationToken)
    {
        if (bytes > 0 && head.ContentLength > 0)
        {
            await ContinueAsync(head, cancellationToken);
            await CopyAsync(client, Stream.Null, Math.Min(bytes, head.ContentLength), cancellationToken);
        }
    }

    private async Task ContinueAsync(HttpHead head, CancellationToken cancellationToken)
    {
        if (head.ExpectsContinue)
        {
            await client.Stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        }
    }

    private bool Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
        return false;
    }

    // Without reading on: what the client still has to send stays with it.
    private async Task UntilClosedAsync(CancellationToken cancellationToken)
    {
        while (!socket.Poll(0, SelectMode.SelectError) && !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0))
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    private static async Task CopyAsync(LineStream from, Stream to, long bytes, CancellationToken cancellationToken)
    {
        while (bytes > 0)
        {
            var piece = await from.ReadAsync(bytes, cancellationToken);
            if (piece.IsEmpty)
            {
                throw new IOException("The connection ended in the middle of a body.");
            }

            await to.WriteAsync(piece, cancellationToken);
            bytes -= piece.Length;
        }
    }
}
