using System.Threading.Channels;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>
/// The mailbox of an address, in two parts. Inside, an unbounded channel: what entities send, timers fire and performers answer never waits, so
/// entities cannot block each other. At the edge, a limited number of places: an ask beyond it stands in line, in order, and leaves the line
/// when its asker gives up.
/// </summary>
internal sealed class Mailbox(int places, Tally open)
{
    private readonly Lock _gate = new();
    private readonly Channel<Mail> _inside = Channel.CreateUnbounded<Mail>(new() { SingleReader = true });
    private readonly Queue<Mail.Command> _line = [];
    private int _asks;
    private bool _closed;

    /// <summary>False when the mailbox is closed: the sender looks for the new address.</summary>
    public bool Post(Mail mail)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            open.Opened();
            if (mail is not Mail.Command { Asker: not null } ask)
                _inside.Writer.TryWrite(mail);
            else if (_asks < places && _line.Count == 0)
                Admit(ask);
            else
                _line.Enqueue(ask);
            return true;
        }
    }

    /// <summary>The next mail; null once the mailbox is closed and empty.</summary>
    public async ValueTask<Mail?> NextAsync()
    {
        while (await _inside.Reader.WaitToReadAsync())
            if (_inside.Reader.TryRead(out var mail))
                return mail;
        return null;
    }

    /// <summary>The mail has been dealt with; its place is free.</summary>
    public void Taken(Mail mail)
    {
        open.Closed();
        if (mail is not Mail.Command { Asker: not null })
            return;
        lock (_gate)
        {
            _asks--;
            while (_line.TryDequeue(out var next))
            {
                if (!next.Asker!.Task.IsCompleted)
                {
                    Admit(next);
                    return;
                }
                open.Closed();
            }
        }
    }

    /// <summary>Closes when nothing is in it, so that nothing can arrive between the last mail and the end.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            if (_asks > 0 || _line.Count > 0 || _inside.Reader.TryPeek(out _))
                return false;
            Close();
            return true;
        }
    }

    /// <summary>Takes nothing further; what is inside is still read.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            while (_line.TryDequeue(out var ask))
                Admit(ask);
            _inside.Writer.Complete();
        }
    }

    private void Admit(Mail.Command ask)
    {
        _asks++;
        _inside.Writer.TryWrite(ask);
    }
}
