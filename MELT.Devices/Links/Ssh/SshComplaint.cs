namespace MELT.Devices.Links.Ssh;

/// <summary>What ssh's last words mean, and what to do.</summary>
internal static class SshComplaint
{
    public static string Explain(string words, SshTarget target)
    {
        bool Has(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
        var by = target.Port is { } port ? FormattableString.Invariant($"-p {port} ") : "";
        var who = (target.User is { } user ? user + "@" : "") + target.Host;
        var advice =
            Has("REMOTE HOST IDENTIFICATION HAS CHANGED") ? $"the host's key is not the one known. If the device was installed anew, remove the old key with 'ssh-keygen -R' and add the new one; if not, somebody may stand in between"
            : Has("host key is known") || Has("Host key verification failed") ? $"the host's key is not known, and unknown keys are not accepted. Connect once by hand ('ssh {by}{who}') and compare the fingerprint{(target.KnownHostsFile is { } file ? $", or add its key to {file}" : "")}"
            : Has("UNPROTECTED PRIVATE KEY") || Has("bad permissions") ? "others may read the private key, so ssh does not use it: chmod 600"
            : Has("not accessible") && target.IdentityFile is { } missing ? $"there is no private key {missing}"
            : Has("Permission denied") || Has("Too many authentication failures") ? $"the device does not accept the key, and no password is asked for: 'ssh-copy-id {by}{who}', and a key without passphrase or held by ssh-agent"
            : Has("Could not resolve") ? "there is no host of that name"
            : Has("Connection refused") ? "nothing listens there: is sshd running on the device, and is the port right?"
            : Has("timed out") || Has("No route to host") || Has("unreachable") ? "the device does not answer: is it on, and on this network?"
            : Has("Bad configuration option") || Has("keyword") ? "ssh does not understand an option"
            : null;
        var last = words.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return advice is null ? last ?? "ssh ended without a word" : last is null ? advice + "." : $"{advice}. (ssh: {last})";
    }
}
