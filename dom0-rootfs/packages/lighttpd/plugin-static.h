/* The modules of the web server: those that /etc/lighttpd.conf names. */
PLUGIN_INIT(mod_deflate)
PLUGIN_INIT(mod_indexfile)
PLUGIN_INIT(mod_mbedtls)
PLUGIN_INIT(mod_redirect)
PLUGIN_INIT(mod_scgi)
PLUGIN_INIT(mod_setenv)
PLUGIN_INIT(mod_staticfile)
