cat <<'EOF'

  hostmenu             the host's menu: addresses, VMs, storage, logs, ...
  xl list              the domains that run here
  xl info              this machine
  xe vm-list           the VMs that the API manages; xe help says what else there is
  xl create -c demo    start the demo guest, on its console; Ctrl-] leaves it
  poweroff             turn the machine off

EOF
