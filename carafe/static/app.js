// Enhancements of pages that also work without JavaScript.
import "./components/announce.js";
import "./components/theme-chooser.js";
import "./components/menus.js";
import "./components/keys.js";
import "./components/forms.js";
import "./components/unsaved.js";
import "./components/dialogs.js";
import "./components/loading.js";
import "./components/times.js";
import "./components/toasts.js";
import "./components/live.js";
import "./components/htmx.js";
