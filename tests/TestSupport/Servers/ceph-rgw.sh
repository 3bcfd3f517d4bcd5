#!/usr/bin/env bash
# One Ceph monitor, one OSD in memory and the S3 gateway, on loopback. Prints "ready", then runs until its standard
# input closes, and takes everything down with it.
# RGW_DIR: an empty folder. RGW_PORT, MON_PORT, MON_PORT_V1: free ports. User: testkey / testsecret.
set -eu
D=${RGW_DIR:?an empty folder}
conf=(-c "$D/ceph.conf")
mkdir -p "$D"/{mon,osd0,run,log,rgw}

stop() {
    trap - EXIT
    pkill -KILL -f -- "$D/ceph.conf" || true
}
trap stop EXIT
trap 'exit 1' INT TERM

fsid=$(cat /proc/sys/kernel/random/uuid)
cat > "$D/ceph.conf" <<C
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:${MON_PORT},v1:127.0.0.1:${MON_PORT_V1}/0]
public network = 127.0.0.0/8
run dir = $D/run
log file = $D/log/\$name.log
admin socket = $D/run/\$name.asok
keyring = $D/keyring
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
osd objectstore = memstore
osd data = $D/osd0
osd memory target = 1073741824
memstore device bytes = 17179869184
mon allow pool size one = true
mon data = $D/mon
mon data avail crit = 1
mon data avail warn = 1
mon pg warn min per osd = 0
mon max pg per osd = 1000
rgw frontends = beast endpoint=127.0.0.1:${RGW_PORT}
rgw enable usage log = false
rgw gc obj min wait = 0
C
sed -i "s#v2:127.0.0.1:${MON_PORT},v1:127.0.0.1:${MON_PORT_V1}/0#v2:127.0.0.1:${MON_PORT}/0,v1:127.0.0.1:${MON_PORT_V1}/0#" "$D/ceph.conf"
export CEPH_CONF="$D/ceph.conf"
quiet() { "$@" >> "$D/log/setup.log" 2>&1 || { tail -20 "$D/log/setup.log" >&2; exit 1; }; }

quiet ceph-authtool "$D/keyring" --create-keyring --gen-key -n mon. --cap mon 'allow *'
quiet ceph-authtool "$D/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
quiet monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:${MON_PORT},v1:127.0.0.1:${MON_PORT_V1}]" "$D/monmap"
quiet ceph-mon "${conf[@]}" -i a --mkfs --monmap "$D/monmap" --keyring "$D/keyring"
quiet ceph-mon "${conf[@]}" -i a
secret=$(ceph-authtool --gen-print-key)
osd=$(cat /proc/sys/kernel/random/uuid)
echo "{\"cephx_secret\": \"$secret\"}" > "$D/secret.json"
quiet ceph "${conf[@]}" osd new "$osd" -i "$D/secret.json"
quiet ceph-authtool "$D/osd0/keyring" --create-keyring --name osd.0 --add-key "$secret"
quiet ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$osd" --keyring "$D/osd0/keyring"
quiet ceph-osd "${conf[@]}" -i 0 --keyring "$D/osd0/keyring"
ceph "${conf[@]}" auth get-or-create client.rgw.a mon 'allow rwx' osd 'allow rwx' > "$D/rgw/keyring" 2>> "$D/log/setup.log"
quiet radosgw "${conf[@]}" -n client.rgw.a --keyring "$D/rgw/keyring"
for _ in $(seq 240); do
    (exec 3<> "/dev/tcp/127.0.0.1/${RGW_PORT}") 2>/dev/null && break
    sleep 0.25
done
quiet radosgw-admin "${conf[@]}" user create --uid=test --display-name=test --access-key=testkey --secret-key=testsecret
echo ready
cat > /dev/null
