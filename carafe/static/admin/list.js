// Lists of the admin.
import "./picker.js";
import "./selection.js";
