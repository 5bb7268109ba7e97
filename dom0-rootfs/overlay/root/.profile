cat <<'EOF'

  xl list              the domains that run here
  xl info              this machine
  xl create -c demo    start the demo guest, on its console; Ctrl-] leaves it
  poweroff             turn the machine off

EOF
