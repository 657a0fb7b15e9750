"""The words by which a caller knows that a link is genuine: one a session, read aloud by the regulator.

Plain French nouns that a telephone carries well: no homophones, none that differs from another in a letter
only, nothing medical or frightening, no day or month that could be taken for an appointment.
"""

from __future__ import annotations

from typing import Final

_LIST: Final = """
    abricot acacia acrobate agenda album alphabet ananas anorak antilope aquarelle ardoise armoire
    arrosoir artichaut asperge assiette astronome avoine bagage baignoire baleine ballon bambou banane
    banquette barque basilic basket béret betterave bibliothèque bicyclette bilboquet biscuit bison
    blouson bobine bonbon bonnet boulevard bouquet boussole bouteille boutique bracelet brioche brocoli
    brouette buffet cabane cactus cadeau cahier caillou camembert canard caneton caramel caravane
    carnaval carotte carrelage carrousel cartable carton casquette castor cerceau cerise chaise
    champignon chapeau chapiteau chariot charrette châtaigne chaussette cheminée chemise cheval chevalet
    chèvre chocolat chouette cigale cigogne cinéma citadelle citron citrouille clairière clarinette
    clavier coccinelle colibri colline concombre confiture coquelicot coquillage corbeille cornemuse
    cornichon coton coucou courgette couvercle crayon crevette crocus croissant cuillère cuisine dahlia
    damier dauphin dentelle dinosaure domino drapeau dromadaire écharpe échelle école écureuil édredon
    éléphant enveloppe épinard éponge escabeau escalier escargot étagère étoile éventail fanfare farine
    fauteuil fauvette fenêtre festival feuillage ficelle flanelle flocon flûte fontaine forêt fougère
    fourchette fourmi fraise framboise fromage galerie galette garage gazelle géranium gilet girafe
    glaçon goéland grenier grenouille groseille guidon guirlande guitare hamster haricot harmonica
    hélice hérisson hibou hippopotame hirondelle horizon horloge hublot igloo image immeuble indigo iris
    ivoire jacinthe jardin jasmin jongleur jonquille journal jumelles kangourou kayak kimono kiosque
    kiwi koala laitue lampadaire lanterne lapin laurier lavande légume lessive lézard libellule
    librairie lilas limonade linge lucarne lunettes magasin magnolia maison mandarine mandoline manège
    mangue manteau marguerite marionnette marmite marmotte marronnier matelas melon menuisier merle
    mimosa mirabelle moulin moustache moutarde mouton muguet museau musée musique myrtille nappe
    narcisse navet nectarine neige noisette nuage oasis océan oiseau olive omelette opéra orange
    orchestre orchidée oreiller origan palmier panier panneau pantalon pantoufle papaye papillon
    paquebot parapluie parasol parchemin parfum pastèque patinage pâtisserie paysage pélican peluche
    pendule perroquet persil pétale peuplier piano pigeon pinceau pingouin pintade pirogue piscine
    pistache pivoine placard plage planète plateau plume poireau poirier poisson poivron polygone
    pommier portail poterie potiron poulain poussin prairie prune pyjama pyramide quiche raclette radis
    raisin rectangle renard restaurant réveil rideau rivière robinet romarin rosier ruban ruche ruisseau
    saladier salon sandale sandwich sardine saxophone serviette sifflet soleil sorbet soupière souris
    tableau tablier tabouret tambour tartine tennis théâtre théière tilleul timbre tiroir toboggan
    tomate torchon tortue toucan tournesol tournevis tracteur trampoline trapèze trombone trompette
    trottoir truffe tulipe turquoise valise vanille vélo velours verger village violette violon voilier
    voiture wagon yaourt zèbre
"""
WORDS: Final = tuple(_LIST.split())
