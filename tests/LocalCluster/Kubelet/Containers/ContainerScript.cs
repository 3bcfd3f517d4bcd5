using System.Text;

namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>
/// The shell script that turns the first process of fresh namespaces into a container: root file system, mounts,
/// user, program. It says <c>pid N</c> and <c>started</c>, or what went wrong, on its standard output; the program
/// it becomes writes to the log file.
/// </summary>
internal static class ContainerScript
{
    private const string Old = ".localcluster-old-root";

    public static string Build(ContainerSpec spec)
    {
        var script = new StringBuilder();
        script.Append(
            $$"""
            set -e
            exec 2>&1 </dev/null
            container_path="$PATH"; PATH=/usr/sbin:/usr/bin:/sbin:/bin
            # A process sees its pid of the machine as long as /proc is the machine's.
            read -r pid rest < /proc/self/stat; echo "pid $pid"
            echo {{Quote(spec.HostName)}} > /proc/sys/kernel/hostname || true
            cd {{Quote(spec.Directory)}}
            root={{Quote(Path.Combine(spec.Directory, "root"))}}
            mkdir -p upper work root
            # Where the folder's file system cannot carry an upper layer (overlayfs itself cannot), memory can.
            if ! mount -t overlay overlay -o lowerdir={{Quote(spec.Root)}},upperdir="$PWD/upper",workdir="$PWD/work" "$root" 2>overlay-error; then
              mkdir -p memory; mount -t tmpfs tmpfs memory; mkdir memory/upper memory/work
              mount -t overlay overlay -o lowerdir={{Quote(spec.Root)}},upperdir="$PWD/memory/upper",workdir="$PWD/memory/work" "$root" || { cat overlay-error; exit 128; }
            fi
            mkdir -p "$root/proc" "$root/dev" "$root/sys" "$root/tmp" "$root/run"
            mount -t proc proc "$root/proc"
            mount -t tmpfs -o mode=755 tmpfs "$root/dev"
            cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$root/dev/"
            ln -s /proc/self/fd "$root/dev/fd"; ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
            mkdir "$root/dev/shm" "$root/dev/pts"
            mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
            mount --rbind /sys "$root/sys" 2>/dev/null || true
            mount -t tmpfs -o mode=755 tmpfs "$root/run"

            """);
        if (spec.Root == "/")
        {
            // The files of the machine's /tmp are nothing that an image would have.
            script.Append("mount -t tmpfs -o mode=1777 tmpfs \"$root/tmp\"\n");
        }

        foreach (var mount in spec.Mounts.OrderBy(mount => mount.MountPath.Count(c => c == '/')))
        {
            AppendMount(script, mount);
        }

        AppendMount(script, new ContainerMount(spec.TerminationLogFile, spec.TerminationMessagePath));
        script.Append(
            $$"""
            mkdir -p "$root/{{Old}}" "$root$(chroot "$root" realpath -m -- {{Quote(spec.WorkingDirectory)}})"
            {{(spec.ReadOnlyRoot ? "mount -o remount,bind,ro \"$root\"" : ":")}}
            exec 3>>{{Quote(spec.LogFile)}}
            cd "$root"
            pivot_root . {{Old}}
            # The image may have no umount; within the old root there is one, and the old root is "/".
            chroot /{{Old}} umount -l /
            cd {{Quote(spec.WorkingDirectory)}}
            PATH="$container_path"
            command -v {{Quote(spec.Arguments[0])}} >/dev/null || { echo exec: {{Quote('"' + spec.Arguments[0] + '"')}}: executable file not found in '$PATH'; exit 128; }
            unset pid rest root target container_path OLDPWD
            echo started
            exec setpriv {{string.Join(' ', spec.User.SetprivArguments())}} -- {{string.Join(' ', spec.Arguments.Select(Quote))}} >&3 2>&3 3>&-

            """);
        return script.ToString();
    }

    private static void AppendMount(StringBuilder script, ContainerMount mount)
    {
        var source = Quote(mount.HostPath);
        script.Append(
            $"""
            # A link such as /var/run -> /run points into the container's root, not the machine's.
            target="$root$(chroot "$root" realpath -m -- {Quote(mount.MountPath)})"
            if [ -d {source} ]; then mkdir -p "$target"; else mkdir -p "$(dirname "$target")"; [ -e "$target" ] || : > "$target"; fi
            mount --bind {source} "$target"
            {(mount.ReadOnly ? "mount -o remount,bind,ro \"$target\"" : ":")}

            """);
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
